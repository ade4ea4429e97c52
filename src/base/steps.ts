// Steps: long work cut into pieces, so that who does it can turn to something else in between.

/** Yields between pieces; returns what they come to. */
export type Steps<T = void> = Generator<undefined, T>;

/** All pieces at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
