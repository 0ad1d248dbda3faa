/** Tests of the Spring AI recording, with real models against a server on loopback. */
@NullMarked
package dev.llmops.client.springai;

import org.jspecify.annotations.NullMarked;
