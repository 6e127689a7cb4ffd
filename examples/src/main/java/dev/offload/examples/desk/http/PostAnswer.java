package dev.offload.examples.desk.http;

import dev.offload.examples.desk.files.FileId;
import dev.offload.examples.desk.files.Receipt;

/** What became of an upload. */
record PostAnswer(FileId id, Receipt receipt) {}
