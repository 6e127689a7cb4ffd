/** The desk over HTTP. */
@NullMarked
package dev.offload.examples.desk.http;

import org.jspecify.annotations.NullMarked;
