/** What may be asked of a worker's records, and what it answers: pieces small enough for Temporal. */

/**
 * How far a reading got. Of a run's records `line` is the number of lines before it, and `byte` how many bytes of the text after these were read, too;
 * of an artifact `line` is 0.
 */
export interface Place {
  line: number;
  byte: number;
}

export interface ReadInput {
  /** A run by its name, or a workflow id for the newest run of it. */
  name: string;
  /** An artifact's address (SHA-256 in hex), which the run's records or plans name; without it the records themselves are meant. */
  artifact?: string;
  from: Place;
  /** Where to stop: a line's number, or of an artifact a count of bytes; the end where it is absent. */
  until?: number;
}

export interface Piece {
  /** The name of the run. */
  run: string;
  /** Where the worker keeps its records, for people. */
  where: string;
  /** gzip in base64 of UTF-8: lines of canonical JSON, each with a newline behind it, or an artifact's canonical JSON. */
  data: string;
  /** How much there is: lines, or bytes of the artifact. */
  size: number;
  /** Of records: the hash of the last line. */
  head?: string;
  /** Where the next piece begins; absent where all that was asked for is read. */
  next?: Place;
}
