/** What the agent has written and not yet said. */

/**
 * The part of `written` that comes after `spoken`.
 *
 * Both are the same words with different white space between them: sentences are spoken one by one.
 * Empty where `spoken` is not how `written` begins.
 */
export function unspoken(written: string, spoken: string): string {
  const said = [...spoken.replace(/\s+/g, "")];
  let at = 0;
  for (const letter of said) {
    while (isSpace(written[at])) at += 1;
    if (!written.startsWith(letter, at)) return "";
    at += letter.length;
  }
  return written.slice(at).trim();
}

function isSpace(letter: string | undefined): boolean {
  return letter !== undefined && /\s/.test(letter);
}
