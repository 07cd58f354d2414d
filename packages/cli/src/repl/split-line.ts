/** A line cut into arguments: blanks separate, quotes keep together, a backslash takes the next character as it is. */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let i = 0; i < line.length; i += 1) {
    const char = line.charAt(i);
    if (char === '\\' && quote !== "'" && i + 1 < line.length) word = (word ?? '') + line.charAt((i += 1));
    else if (char === quote) quote = undefined;
    else if (quote === undefined && (char === '"' || char === "'")) [quote, word] = [char, word ?? ''];
    else if (quote !== undefined || !/\s/.test(char)) word = (word ?? '') + char;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
