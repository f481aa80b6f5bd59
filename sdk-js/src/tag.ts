import type { Options } from './options';

/** The options that a script tag gives by its attributes. */
export function readTag(data: DOMStringMap): Options {
  const { endpoint, service = '', version, environment, traceOrigins, key, privacy, sampleRate, viewer, consent } = data;
  const options = {
    endpoint,
    serviceName: service,
    serviceVersion: version,
    environment,
    headers: key === undefined ? undefined : { authorization: `Bearer ${key}` },
    traceOrigins: traceOrigins?.split(',').map((origin) => origin.trim()),
    privacy,
    sampleRate: sampleRate === undefined ? undefined : Number(sampleRate),
    viewerUrl: viewer,
    requireConsent: consent === 'required',
  };
  return options as unknown as Options;
}
