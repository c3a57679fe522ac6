// Text that is not ours, on its way to an eye: to a terminal, a page or a log. Data keep every character that was sent.
// Only where somebody looks at them can a character rewrite a screen, turn the direction of writing, or hide.

/**
 * The text without control, direction and invisible characters: each becomes a space, line ends too. What joins the
 * parts of an emoji stays.
 */
export function harmless(text: string): string {
  // Written here and not kept, because the workflow sandbox freezes what modules share.
  const hidden =
    /(\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?(?:\u200d\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?)*)|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
  return text.replace(hidden, (_, emoji?: string) => emoji ?? ' ');
}

/** The same for a message of several lines of ours. */
export const harmlessLines = (text: string): string => text.split('\n').map(harmless).join('\n');

/** A document in one line of JSON in which these characters are escaped: it shows nothing odd, and is read back as it was. */
export const harmlessJson = (document: unknown): string => escapeHidden(JSON.stringify(document));

/** Escapes what JSON in one line may hold as it is. Its line end stays. */
export const escapeHidden = (json: string): string =>
  json.replace(/[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u007f-\u009f]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
