import type { CollectorMessage } from './collector.ts';

/** A one-time password, sealed to the workers' key: a compact JWE. It is opened in the activity alone. */
export type OtpMessage = CollectorMessage & { sealedOtp: string };
