package dev.offload.site;

import java.util.List;
import java.util.Set;

/**
 * A page before it is put into its frame.
 *
 * @param target where it is, from the root of the site
 * @param title what it is called
 * @param body its content as HTML
 * @param sections its text, for the search
 * @param files what else it links to: files of the project, from its root
 */
record Page(String target, String title, String body, List<Section> sections, Set<String> files) {
  /**
   * A heading and the text under it.
   *
   * @param anchor the id of the heading; empty for the page
   */
  record Section(String title, String anchor, String text) {}
}
