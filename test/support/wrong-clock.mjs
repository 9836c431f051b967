// Preloaded (`--import`), it sets the clock of a process wrong by as many seconds as the environment says.
const offsetMs = 1_000 * Number(process.env.TEST_CLOCK_OFFSET_SECONDS);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(RealDate.now() + offsetMs);
    else super(...values);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};
