import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../src/index.js';

describe('redactSecrets', () => {
  it.each([
    ['an Anthropic key', `sk-ant-api03-${'aB3_'.repeat(10)}`],
    ['a project key', `sk-proj-${'aB3'.repeat(10)}`],
    ['a GitHub token', `ghp_${'a1'.repeat(18)}`],
    ['a fine-grained GitHub token', `github_pat_${'a1'.repeat(20)}`],
    ['an AWS key id', `AKIA${'A1B2'.repeat(4)}`],
    ['a Google key', `AIza${'a1B2_'.repeat(7)}`],
    ['a Slack token', 'xoxb-1234567890-abcdef'],
    ['a JWT', `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nabc\ndef\n-----END RSA PRIVATE KEY-----'],
    ['a private key that is cut off', '-----BEGIN PRIVATE KEY-----\nabc'],
  ])('removes %s', (_name, secret) => {
    expect(redactSecrets(`let x = "${secret}";`)).not.toContain(secret.slice(12, 30));
    expect(redactSecrets(`let x = "${secret}";`)).toContain('[redacted]');
  });

  it('keeps the word before a bearer token', () => {
    expect(redactSecrets(`Authorization: Bearer ${'abc123'.repeat(5)}`)).toBe(
      'Authorization: Bearer [redacted]',
    );
  });

  it.each([
    'fn skip_list() {}',
    'let task-sk-1 = 2;',
    'sha256: 9f86d081884c7d659a2feaa0c55ad015',
    '-----BEGIN CERTIFICATE-----',
  ])('leaves %s as it is', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });
});
