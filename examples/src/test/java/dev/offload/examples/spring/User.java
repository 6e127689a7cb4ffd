package dev.offload.examples.spring;

record User(int id) {}
