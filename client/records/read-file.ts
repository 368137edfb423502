/** Files of evidence by name. Throws EvidenceBroken for one that is not there. */
export type ReadFile = (name: string) => string;
