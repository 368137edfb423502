/** The release that is downloaded or built: the newest whose Go module has no replace directives, so that `go install` takes it. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

/** File name of the Temporal CLI on this machine. */
export const EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
