import type { Bystander, Finding, Hold, Match } from './finding.ts';
import { isVisible, visible, visibleIn } from './visible.ts';

/** What kinds say in words of what they found holds names that a cloud gave; here they become text that is shown. Ids stay as they are: calls are made with them. */
export function shown({ findings, bystanders, ...rest }: Match): Match {
  return { ...rest, findings: findings.map(shownFinding), bystanders: bystanders.map((b): Bystander => ({ ...b, why: visible(b.why) })) };
}

/** An id that no cloud gives, since it cannot be seen whole; undefined for none. */
export function unseenId({ findings, bystanders }: Match): string | undefined {
  return [...findings, ...bystanders].find(({ id }) => !isVisible(id))?.id;
}

function shownFinding({ hold, ...finding }: Finding): Finding {
  return {
    ...finding,
    title: visible(finding.title),
    why: finding.why.map(visible),
    ...(hold ? { hold: shownHold(hold) } : {}),
  };
}

/** What it is held by is told in words; what lies in it is an id. */
function shownHold({ parts, who, ...hold }: Hold): Hold {
  return {
    ...hold,
    reason: visible(hold.reason),
    ...(who ? { who: visibleIn(who) } : {}),
    ...(parts ? { parts: parts.map(shownHold) } : {}),
  };
}
