/**
 * Who calls, and what they may do.
 *
 * <p>Depends on no protocol: every protocol turns its own credentials into a {@link dev.eider.gateway.auth.Caller}.
 */
@NullMarked
package dev.eider.gateway.auth;

import org.jspecify.annotations.NullMarked;
