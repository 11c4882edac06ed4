// A fault, in words.

const delay = (d) => {
  if (!d || typeof d === 'string') return d ?? '';
  if (d.fixed) return d.fixed;
  if (d.max) return `${d.min ?? '0s'} to ${d.max}`;
  return `about ${d.mean ?? d.median}`;
};

export const effects = {
  reset: 'the connection is reset', 'empty-reply': 'the connection is closed without a reply', 'truncated-body': 'half of the body is sent',
  'slow-body': 'the body comes slowly', 'invalid-json': 'the body is broken JSON',
};

// often tells on which requests it acts.
export function often(rule) {
  const parts = [rule.nth && `on request ${rule.nth}`, rule.times && (rule.times === 1 ? 'once' : `${rule.times} times`), rule.every && `on every ${rule.every}. request`,
    rule.probability && rule.probability < 1 && `with a chance of ${Math.round(rule.probability * 100)} %`].filter(Boolean);
  return parts.join(', ') || 'always';
}

export const does = (rule) => [rule.status && `status ${rule.status}`, rule.effect && (effects[rule.effect] ?? rule.effect),
  rule.delay && `delayed by ${delay(rule.delay)}`].filter(Boolean).join(', ');

export const says = (rule) => `${rule.operation || 'every operation'} for ${rule.user || 'anybody'}: ${does(rule)}, ${often(rule)}`;
