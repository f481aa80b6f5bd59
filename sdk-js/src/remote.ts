/** `init` with settings from the receiver, for pages that want them; not part of what all pages load. */
import { initWith, type Handle } from './api';
import type { Options } from './options';
import { beginRemote } from './remote/begin';

/**
 * As `init`, after the options have been lowered as the receiver says: less is recorded than they allow, never more.
 *
 * The first page of a device waits for the answer, 2 seconds at most, and keeps calls and errors meanwhile. Each further page
 * begins at once with what the one before was told. Without an answer the options hold as they are. Never rejects.
 */
export function initRemote(options: Options): Promise<Handle | undefined> {
  return beginRemote(options, initWith);
}
