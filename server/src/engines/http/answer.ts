/** An answer of a server, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}
