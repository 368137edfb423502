import { visible } from '../../../model/visible.ts';
import type { TokenCredential } from '@azure/core-auth';
import { isRestError, RestError } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { unlessGone, RefusedError } from '../../answer.ts';
import type { Endpoint } from '../../microsoft/endpoints.ts';
import { restTo } from '../../microsoft/rest.ts';
import { isGone } from './classify.ts';

const Collector = z.object({
  id: z.string(),
  type: z.enum(['aws', 'azure', 'gcp']),
  name: z.string(),
  status: z.string(),
  online: z.boolean(),
  configuration: z.record(z.string(), z.json()),
});
export type Collector = z.infer<typeof Collector>;

/** A deletion that waits for its one-time password. `sentTo` is masked, `expiresAt` is ISO 8601. */
const OpenDeletion = z.object({
  deletionId: z.string(),
  sentTo: z.string().transform(visible),
  expiresAt: z.string(),
  attemptsLeft: z.int(),
});

/** What became of a one-time password. `exhausted`: request the deletion again; `expired`: have it sent again. */
export type Confirmation =
  | { kind: 'deleted'; message: string }
  | { kind: 'wrong'; attemptsLeft: number }
  | { kind: 'exhausted' }
  | { kind: 'expired' };

export type PortalApi = ReturnType<typeof connectPortal>;

/**
 * The portal's data collectors. Errors are RestError. `endpoint` undefined: OFFBOARD_PORTAL_URL is not set, and every call throws RefusedError
 * 'NoPortal'.
 */
export function connectPortal(endpoint: Endpoint | undefined, credential: TokenCredential, readable: boolean) {
  const portal = () => {
    if (endpoint) return restTo(endpoint, credential);
    throw new RefusedError('NoPortal', 'OFFBOARD_PORTAL_URL is not set; set it, or give the collectors the driver operator or retired');
  };
  const at = (kind: 'collectors' | 'deletions', id: string) => `/api/${kind}/${encodeURIComponent(id)}`;
  return {
    /** False when no collector of the manifest has the driver `http`: then nothing here may be called. */
    readable,
    list: async () => portal().list('/api/collectors', Collector),
    /** Undefined once it is deleted. */
    get: (collectorId: string) => unlessGone(isGone, async () => portal().send('GET', at('collectors', collectorId), Collector)),
    /** Sends the mail. While a deletion is open, that one is answered again. */
    requestDeletion: async (collectorId: string) => portal().send('POST', `${at('collectors', collectorId)}/deletion`, OpenDeletion, {}),
    /** Throws with status 429 while the last mail is too fresh. */
    resend: async (deletionId: string) => portal().send('POST', `${at('deletions', deletionId)}/resend`, OpenDeletion, {}),
    /**
     * Throws with status 404 when there is no such deletion, perhaps because an earlier answer was lost: `get` tells. No error carries
     * the one-time password.
     */
    confirm: async (deletionId: string, otp: string): Promise<Confirmation> => {
      try {
        const { message } = await portal().send('POST', `${at('deletions', deletionId)}/otp`, z.object({ message: z.string() }), { otp });
        return { kind: 'deleted', message };
      } catch (error) {
        return refusedOtp(error);
      }
    },
  };
}

const WrongOtp = z.object({ error: z.object({ attemptsLeft: z.int() }) });

/** Throws anything but the portal's three answers to a code again, without request and text: either could show the code. */
function refusedOtp(error: unknown): Confirmation {
  if (!isRestError(error)) throw error instanceof RefusedError ? error : signInOrShape(error);
  const { code, statusCode } = error;
  if (statusCode === 400 && code === 'WrongOtp') {
    return { kind: 'wrong', attemptsLeft: WrongOtp.parse(JSON.parse(error.response?.bodyAsText ?? '')).error.attemptsLeft };
  }
  if (statusCode === 403 && code === 'TooManyAttempts') return { kind: 'exhausted' };
  if (statusCode === 410 && code === 'OtpExpired') return { kind: 'expired' };
  throw new RestError(`the portal did not take the one-time password (${code ?? 'no code'})`, {
    ...(code ? { code } : {}),
    ...(statusCode === undefined ? {} : { statusCode }),
  });
}

/** Sign-in failures happen before the code is sent; of anything else only the name is told. */
function signInOrShape(error: unknown): Error {
  if (error instanceof Error && 'errorResponse' in error) return error;
  return new Error(
    `the portal's answer to the one-time password could not be read (${error instanceof Error ? error.name : typeof error})`,
  );
}
