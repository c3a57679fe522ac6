/** Base of the errors whose message we wrote ourselves: a person, and a log, may see it. Anybody else's may quote a secret. */
export abstract class ShownError extends Error {
  /** What a log says about it beside its message. */
  forLog(): { type: string; flinksCode?: string | undefined } {
    return { type: this.name };
  }
}
