const TO_A_MODEL =
  /\b(?:ignore|disregard|forget|override)\b[^.]{0,40}\b(?:previous|prior|above|earlier|preceding|all)\b[^.]{0,40}\b(?:instructions?|prompts?|rules|messages?|context)\b|\bsystem prompt\b|\byou are (?:now )?(?:an?|the) (?:ai|assistant|language model|llm|chatbot)\b|\bas an ai\b|<\|[a-z_]+\|>|\[\/?INST\]/i;

/** True for text that addresses a language model instead of describing code. It is data here and goes no further. */
export function isInstruction(text: string): boolean {
  return TO_A_MODEL.test(text);
}
