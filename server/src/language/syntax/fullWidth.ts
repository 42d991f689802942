/** `（ ） ［ ］ ： ， ＜ ＞ ｜` and their ASCII twins: they look like syntax to the writer and are text to the web UI. */
export const FULL_WIDTH: Readonly<Record<number, string>> = {
  65288: '(',
  65289: ')',
  65339: '[',
  65341: ']',
  65306: ':',
  65292: ',',
  65308: '<',
  65310: '>',
  65372: '|',
};
