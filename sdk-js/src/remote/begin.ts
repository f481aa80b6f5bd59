import type { Handle } from '../api';
import { refusal } from '../control';
import type { Options } from '../options';
import { Warnings } from '../warnings';
import { Queue } from './queue';
import { ask, kept } from './receiver';
import { lower } from './settings';

type Begin = (options: Options, early: readonly Event[]) => Handle | undefined;

/** See `initRemote`; `begin` is `init`, with the errors from before it. */
export async function beginRemote(options: Options, begin: Begin): Promise<Handle | undefined> {
  if (typeof window === 'undefined') return undefined;
  const asked = { respectDoNotTrack: false, recordBots: true, ...options };
  // Who is not recorded causes no requests either.
  if (typeof options.endpoint !== 'string' || refusal(asked) !== undefined) return begin(options, []);
  const known = options.requireConsent ? undefined : kept();
  if (known) {
    void settings(options);
    return begin(lower(options, known), []);
  }
  const queue = await allowed(options);
  const remote = kept() ?? (await settings(options));
  queue.close();
  const handle = begin(lower(options, remote), queue.errors);
  if (handle) queue.handOver(handle);
  return handle;
}

/** Calls are kept from now on; with `requireConsent` nothing is asked or read before it is given. */
function allowed({ requireConsent = false }: Options): Promise<Queue> {
  return new Promise((resolve) => {
    const queue = new Queue(() => resolve(queue));
    if (!requireConsent) resolve(queue);
  });
}

async function settings(options: Options): Promise<object> {
  try {
    return await ask(options);
  } catch (error) {
    new Warnings(options.onWarning).warn('no_remote_settings', `the receiver's settings could not be had, so those of the page hold: ${String(error)}.`);
    return {};
  }
}
