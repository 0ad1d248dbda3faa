/**
 * The test kit that all modules share: a fake model server on loopback and its ready replies. Start
 * with {@link dev.llmops.testing.FakeModelServer}.
 *
 * <p>Here lives what stands in for a provider at the other end of a real client and a real socket.
 * Nothing here knows a client library or one of our modules; what a module expects of a reply is
 * said in that module's own tests.
 */
@NullMarked
package dev.llmops.testing;

import org.jspecify.annotations.NullMarked;
