package dev.offload.site;

/**
 * Something the search can find.
 *
 * @param title what it is called
 * @param place what it is a part of
 * @param url where it is, from the root of the site
 * @param text what else it is found by
 */
record SearchEntry(String title, String place, String url, String text) {}
