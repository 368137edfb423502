/** Reading roles go last: Defender may read with them, so a fault that stops the run early stops it before these. */
export const AZURE_ORDER = ['assignments-that-write', 'assignments-that-read'] as const;
