import type { Challenge } from './challenges.js';
import type { ScenarioEntry } from './scenario.js';
import { CITY, COUNTRY, SHAPE } from './scenarios-sandbox.js';

const CODE: Challenge = {
  type: 'QuestionAndAnswer',
  prompt: 'Enter the code that was sent to you.',
  answer: ['123456'],
};

const CHANNELS: Challenge = {
  type: 'TextOrCall',
  prompt: 'How should we send you a code?',
  choices: ['Text to ***-***-0142', 'Call to ***-***-0142'],
  answer: 'any choice',
};

const ACCOUNT_KIND: Challenge = {
  type: 'MultipleChoice',
  prompt: 'Which of these accounts is yours?',
  choices: ['Chequing Basic', 'Savings Élite', 'None of these'],
  answer: ['Savings Élite'],
};

const BRANCHES: Challenge = {
  type: 'MultipleChoiceMultipleAnswers',
  prompt: 'Which branches have you used?',
  choices: ['Laval', 'Gatineau', 'Sherbrooke', 'None'],
  answer: ['Laval', 'Sherbrooke'],
};

const RED = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGM4IScHAAK2AQU0pnWqAAAAAElFTkSuQmCC';
const GREEN = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGOQW2ADAAHaAPtcEaIXAAAAAElFTkSuQmCC';
const BLUE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGPQcDsBAAHQATfM2/laAAAAAElFTkSuQmCC';

const PICTURE: Challenge = {
  type: 'ImageSelection',
  prompt: 'Select your security image.',
  choices: [RED, GREEN, BLUE],
  answer: [GREEN],
};

const PUSH: Challenge = {
  type: 'WaitUntilEUAccept',
  prompt: 'Approve the login on your device.',
  answer: 'anything',
};

const FRENCH: Challenge[] = [
  { type: 'QuestionAndAnswer', prompt: 'Quel est le prénom de votre mère ? ', answer: ['Hélène'] },
  { type: 'QuestionAndAnswer', prompt: 'Où êtes-vous né(e) à l’été 1980 ?', answer: ['Trois-Rivières'] },
];

const numbered = (index: number): Challenge => ({
  type: 'QuestionAndAnswer',
  prompt: `What is the word on card ${index}?`,
  answer: [`word${index}`],
});

/** What banks ask. The right answers stand in this table. */
export const challengeScenarios: readonly ScenarioEntry[] = [
  { number: 30, name: 'question', description: 'One question.', rounds: [[CITY]], asksCached: true },
  { number: 31, name: 'multiple-choice', description: 'One MultipleChoice.', rounds: [[ACCOUNT_KIND]] },
  { number: 32, name: 'multiple-answers', description: 'One MultipleChoiceMultipleAnswers.', rounds: [[BRANCHES]] },
  { number: 33, name: 'image-selection', description: 'One ImageSelection of three pictures.', rounds: [[PICTURE]] },
  { number: 34, name: 'text-or-call', description: 'TextOrCall, then the code.', rounds: [[CHANNELS], [CODE]] },
  { number: 35, name: 'push-approval', description: 'WaitUntilEUAccept; any answer will do.', rounds: [[PUSH]] },
  {
    number: 36,
    name: 'unknown-challenge-type',
    description: 'A challenge of a type that no document names.',
    rounds: [[{ type: 'SayTheWord', prompt: 'Say the word on your card.', answer: ['maple'] }]],
  },
  { number: 37, name: 'two-rounds', description: 'Two rounds.', rounds: [[CITY], [COUNTRY]], asksCached: true },
  { number: 38, name: 'three-rounds', description: 'Three rounds.', rounds: [[CITY], [COUNTRY], [SHAPE]] },
  {
    number: 39,
    name: 'seven-rounds',
    description: 'Seven rounds.',
    rounds: [1, 2, 3, 4, 5, 6, 7].map((index) => [numbered(index)]),
  },
  {
    number: 40,
    name: 'several-prompts',
    description: 'Three prompts of two types in one round.',
    rounds: [[CITY, ACCOUNT_KIND, SHAPE]],
    asksCached: true,
  },
  {
    number: 41,
    name: 'french-prompts',
    description: 'French prompts with accents, one with a trailing blank.',
    rounds: [FRENCH],
    asksCached: true,
  },
  { number: 42, name: 'repeated-prompt', description: 'The same prompt twice in one round.', rounds: [[CITY, CITY]] },
  {
    number: 43,
    name: 'blank-prompt',
    description: 'A challenge with a blank prompt.',
    rounds: [[{ ...CITY, prompt: '' }]],
  },
  { number: 44, name: 'no-challenges', description: '203 with an empty list of challenges.', rounds: [[]] },
  {
    number: 45,
    name: 'wrong-answer-again',
    description: 'A wrong answer: 401 with the challenges again, twice; the third is final.',
    rounds: [[CITY]],
    asksCached: true,
  },
  {
    number: 46,
    name: 'wrong-answer-final',
    description: 'A wrong answer: 401 INVALID_SECURITY_RESPONSE_NO_RETRY.',
    rounds: [[CITY]],
    asksCached: true,
    wrongAnswer: 'final',
  },
  {
    number: 47,
    name: 'wrong-answer-final-plain',
    description: 'A wrong answer: 401 INVALID_SECURITY_RESPONSE without challenges.',
    rounds: [[CITY]],
    asksCached: true,
    wrongAnswer: 'final-plain',
  },
  {
    number: 48,
    name: 'same-question-twice',
    description: 'Two rounds with the same prompt.',
    rounds: [[CITY], [CITY]],
    asksCached: true,
  },
  {
    number: 49,
    name: 'question-then-pending',
    description: 'One question, then 202 from Detail; data with the 2nd poll.',
    rounds: [[CITY]],
    asksCached: true,
    detail: { code: 'OPERATION_PENDING', readyAtPoll: 2 },
  },
];
