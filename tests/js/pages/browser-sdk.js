/** OpenTelemetry's browser SDK as one object, with its sessions and the instrumentation that goes with its line. */

import { trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { startBrowserSdk } from '@opentelemetry/browser-sdk';
import * as session from '@opentelemetry/browser-sdk/session';
import { FetchInstrumentation } from 'instrumentation-fetch-2';

window.browserSdk = { startBrowserSdk, session, trace, logs, FetchInstrumentation };
