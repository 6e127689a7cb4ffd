/**
 * Makes the documentation site: the guides as pages beside the references, one search over both,
 * and no link that leads nowhere.
 */
@NullMarked
package dev.offload.site;

import org.jspecify.annotations.NullMarked;
