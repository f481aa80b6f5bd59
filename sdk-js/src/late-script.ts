/** The second file for script tags: hands itself to the first. */
import { startLate } from './late';

(globalThis as { [key: symbol]: unknown })[Symbol.for('otel_replay.late')] = startLate;
