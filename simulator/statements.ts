import { accountIdsOf, detailsOf } from './accounts.js';
import { type Fields, type Json, listOfTexts } from './fields.js';
import type { Owner } from './owner.js';
import { randomFrom } from './random.js';
import { invalidRequest, type Reply } from './replies.js';
import type { Call } from './world.js';

const COUNTS: Record<string, number> = { MostRecent: 1, Months3: 3, Months12: 12 };

/** Whether the wishes of GetStatements can be met. Twelve months come for one account at a time (Flinks' C# SDK). */
export function checkStatements({ body }: Call): Reply | undefined {
  const number = body.value('NumberOfStatements') ?? 'MostRecent';
  if (typeof number !== 'string' || !Object.hasOwn(COUNTS, number))
    return invalidRequest('NumberOfStatements must be MostRecent, Months3 or Months12.');
  const one = listOfTexts(body.value('AccountsFilter'))?.length === 1;
  return number === 'Months12' && !one
    ? invalidRequest('Months12 needs exactly one account in AccountsFilter.')
    : undefined;
}

/** The statements of each account, the newest first. */
export function statementsOf(owner: Owner, wishes: Fields): Json[] {
  const count = COUNTS[wishes.text('NumberOfStatements') ?? 'MostRecent'] ?? 1;
  const ids = accountIdsOf(owner);
  return detailsOf(owner, wishes).map(({ AccountNumber, Id }) => {
    const random = randomFrom(owner.seed, owner.loginId, 'statements', ids.indexOf(String(Id)));
    return {
      AccountNumber,
      Statements: Array.from({ length: count }, (_, index) => ({
        UniqueId: random.guid(),
        FileType: 'PDF',
        Base64Bytes: Buffer.from(pdf(`Statement ${index + 1}`)).toString('base64'),
      })),
    };
  });
}

/** The beginning and the end of a PDF, and nothing that a viewer could show. */
const pdf = (title: string): string => `%PDF-1.4\n% ${title}\n%%EOF\n`;
