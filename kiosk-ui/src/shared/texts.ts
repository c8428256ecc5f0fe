// Words come from the pack; the pages hold none of their own.

export type Texts = Record<string, string>;
export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** The text of a key with each {name} replaced. A missing text is empty, so that a page shows no machine's word. */
export function translator(texts: Texts): Translate {
  return (key, values) => {
    const text = Object.prototype.hasOwnProperty.call(texts, key) ? (texts[key] ?? '') : '';
    if (!values) return text;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
      Object.prototype.hasOwnProperty.call(values, name) ? String(values[name]) : whole,
    );
  };
}
