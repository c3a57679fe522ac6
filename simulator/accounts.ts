import type { Fields, Json } from './fields.js';
import { listOfTexts } from './fields.js';
import { filled } from './filled.js';
import { rawNumber } from './json.js';
import type { Owner } from './owner.js';
import { type Random, randomFrom } from './random.js';
import { transactionsFor } from './transactions.js';

interface Kind {
  type: string;
  category: string;
  title: string;
  balance: readonly [min: number, max: number];
  limit?: number;
}

const KINDS: readonly [Kind, ...Kind[]] = [
  { type: 'Chequing', category: 'Operations', title: 'Everyday Chequing', balance: [150, 9_000] },
  { type: 'Savings', category: 'Operations', title: 'High Interest Savings', balance: [500, 45_000] },
  { type: 'CreditCard', category: 'Credits', title: 'Cash Back Visa', balance: [20, 4_500], limit: 5_000 },
  { type: 'Mortgage', category: 'Credits', title: 'Fixed Rate Mortgage', balance: [90_000, 480_000] },
  { type: 'LineOfCredit', category: 'Credits', title: 'Line of Credit', balance: [0, 9_000], limit: 15_000 },
  { type: 'TFSA', category: 'Products', title: 'Tax-Free Savings', balance: [1_000, 60_000] },
  { type: 'RRSP', category: 'Products', title: 'Retirement Savings', balance: [1_000, 120_000] },
  { type: 'Unknown', category: 'Other', title: 'Prepaid Card', balance: [0, 400] },
];

const FIRST = ['Amélie', 'Noah', 'Priya', 'Liam', 'Chloé', 'Mateo', 'Sofia', 'Owen'];
const LAST = ['Tremblay', 'Nguyen', 'MacDonald', 'Gagnon', 'Singh', 'Roy', 'Okafor', 'Fraser'];
const TOWNS = [
  ['Montréal', 'QC', 'H2X 1Y4'],
  ['Québec', 'QC', 'G1R 4P5'],
  ['Ottawa', 'ON', 'K1P 5M7'],
  ['Halifax', 'NS', 'B3J 1S9'],
] as const;

/** The Ids of a login's accounts, in their order. */
export function accountIdsOf({ seed, loginId, data }: Omit<Owner, 'refreshedAt'>): string[] {
  return Array.from({ length: data.accounts }, (_, index) => randomFrom(seed, loginId, 'account', index).guid());
}

/** The accounts as GetAccountsSummary shows them: no transactions. */
export function summaryOf(owner: Owner, wishes: Fields): Json[] {
  return shaped(
    owner,
    accountsOf(owner).map(({ account }, index) => ({
      EftEligibleRatio: index === 0 ? 1 : 0.5,
      ETransferEligibleRatio: index === 0 ? 1 : 0,
      ...account,
      ...(owner.data.sparse ? { Type: undefined } : { AccountType: index === 2 ? 'Business' : 'Personal' }),
      ...(wishes.flag('WithBalance') === false && NO_BALANCE),
    })),
  );
}

/** The accounts as GetAccountsDetail shows them. A flag that is missing counts as true. */
export function detailsOf(owner: Owner, wishes: Fields): Json[] {
  const filter = listOfTexts(wishes.value('AccountsFilter'))?.map((id) => id.toLowerCase()) ?? [];
  const days = wishes.text('DaysOfTransactions') === 'Days365' ? 365 : 90;
  const accounts = accountsOf(owner)
    .map(({ account, identity }, index) => ({
      Transactions:
        wishes.flag('WithTransactions') === false
          ? []
          : transactionsFor(owner, index, days, account.Balance.Current ?? 0),
      ...account,
      ...identity,
      ...(wishes.flag('WithAccountIdentity') === false && NO_IDENTITY),
      ...(wishes.flag('WithKYC') === false && { Holder: null }),
      ...(wishes.flag('WithBalance') === false && NO_BALANCE),
    }))
    .filter(({ Id }) => filter.length === 0 || filter.includes(Id));
  return shaped(owner, accounts);
}

/** Figures and ids that a double would give other digits, as one writes them. */
export const LARGE = { Id: '227490627192107008', Current: '1000000000000000.01' };

/** The accounts as the shape of the login's data has them. */
function shaped({ data }: Owner, accounts: Json[]): Json[] {
  if (data.filled) return filled(accounts);
  if (!data.largeNumbers) return accounts;
  const [Current, Reference] = [rawNumber(LARGE.Current), rawNumber(LARGE.Id)];
  return accounts.map((account) => {
    const transactions = Array.isArray(account['Transactions']) ? (account['Transactions'] as Json[]) : undefined;
    return {
      ...account,
      Balance: { Available: null, Current, Limit: rawNumber('12.10') },
      Reference,
      ...(transactions && {
        Transactions: transactions.map((one) => ({ ...one, Balance: Current, Reference })),
      }),
    };
  });
}

const NO_HOLDER = { Name: null, Address: null, Email: null, PhoneNumber: null };
const NO_IDENTITY = { TransitNumber: null, InstitutionNumber: null, AccountNumber: null };
const NO_FIGURES = { Available: null, Current: null, Limit: null };
const NO_BALANCE = { Balance: null };
/** The first is the smallest whole number that a double cannot hold. */
const NOTHING = { Title: null, AccountNumber: null, LastFourDigits: null, Category: null, Type: null, Currency: null };

function accountsOf(owner: Owner) {
  const { seed, loginId, data } = owner;
  const holder = data.sparse ? NO_HOLDER : holderOf(randomFrom(seed, loginId, 'holder'));
  return accountIdsOf(owner).map((id, index) => {
    const random = randomFrom(seed, loginId, 'figures', index);
    const kind = KINDS[index % KINDS.length] ?? KINDS[0];
    const number = random.digits(7);
    const current = random.integer(kind.balance[0] * 100, kind.balance[1] * 100) / 100;
    const available = kind.type === 'Mortgage' ? null : availableOf(current, kind.limit);
    const account = {
      Title: kind.title,
      // Banks mask numbers in ways of their own; nobody may rely on digits.
      AccountNumber: kind.type === 'CreditCard' ? `4${random.digits(3)}********${number.slice(-4)}` : number,
      LastFourDigits: kind.type === 'Mortgage' ? null : number.slice(-4),
      Balance: { Available: available, Current: current, Limit: kind.limit ?? null },
      Category: kind.category,
      Type: kind.type,
      Currency: index === 7 ? 'USD' : 'CAD',
      Holder: holder,
      AccountType: null,
      Id: id,
    };
    const identity = {
      TransitNumber: `0${random.digits(4)}`,
      InstitutionNumber: '077',
      OverdraftLimit: kind.type === 'Chequing' ? 500 : null,
    };
    return data.sparse
      ? { account: { ...account, ...NOTHING, Balance: NO_FIGURES }, identity: { ...NO_IDENTITY, OverdraftLimit: null } }
      : { account, identity };
  });
}

function availableOf(current: number, limit: number | undefined): number {
  return limit === undefined ? current : Math.round((limit - current) * 100) / 100;
}

function holderOf(random: Random): Json {
  const [first, last] = [random.pick(FIRST), random.pick(LAST)];
  const [city, province, postalCode] = random.pick(TOWNS);
  return {
    Name: `${first} ${last}`,
    Address: {
      CivicAddress: `${random.integer(1, 980)} Rue des Érables`,
      City: city,
      Province: province,
      PostalCode: postalCode,
      POBox: null,
      Country: 'CA',
    },
    Email: random.chance(0.8) ? `${last.toLowerCase()}.${random.digits(3)}@example.com` : null,
    PhoneNumber: `(514) 555-01${random.digits(2)}`,
  };
}
