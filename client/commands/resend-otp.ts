import { collectorAction } from './shared/collector.ts';

export const resendOtp = collectorAction('resend-otp');
