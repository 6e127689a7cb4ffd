package dev.offload.examples.spring;

record Page(User user, String history) {}
