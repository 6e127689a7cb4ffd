/** Files, from the first byte received until they are deleted; nothing here knows of HTTP. */
@NullMarked
package dev.offload.examples.desk.files;

import org.jspecify.annotations.NullMarked;
