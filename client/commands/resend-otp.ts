import { collectorCommand } from './shared/collector.ts';

export const resendOtp = collectorCommand('resend-otp', 'Have a fresh one-time password sent.');
