/** The package's version, as sent in `telemetry.sdk.version` and the scopes; a test holds it equal to package.json. */
export const VERSION = '0.1.0';
