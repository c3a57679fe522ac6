// Recorded histories, each changed in one place as if today's code had decided otherwise there.

interface Recorded {
  events: Record<string, unknown>[];
}

export interface Mutant {
  what: string;
  json: string;
}

type Attributes = Record<string, unknown>;

const attributesOf = (event: Record<string, unknown>, name: string): Attributes | undefined =>
  event[name] as Attributes | undefined;

/** One mutant for each activity, timer and search attributes' change that the run decided on, and for its end. */
export function mutantsOf(json: string): Mutant[] {
  const { events } = JSON.parse(json) as Recorded;
  return events.flatMap((event, index) => {
    const changed = mutate(event);
    if (!changed) return [];
    const mutated = events.map((other, at) => (at === index ? changed.event : other));
    return [{ what: `event ${index + 1}: ${changed.what}`, json: JSON.stringify({ events: mutated }) }];
  });
}

function mutate(event: Record<string, unknown>): { what: string; event: Record<string, unknown> } | undefined {
  const activity = attributesOf(event, 'activityTaskScheduledEventAttributes');
  if (activity) {
    const activityType = { name: 'anotherActivity' };
    return {
      what: 'another activity',
      event: { ...event, activityTaskScheduledEventAttributes: { ...activity, activityType } },
    };
  }
  const timer = attributesOf(event, 'timerStartedEventAttributes');
  if (timer)
    return {
      what: 'an activity instead of a timer',
      event: {
        eventId: event['eventId'],
        eventTime: event['eventTime'],
        eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
        activityTaskScheduledEventAttributes: {
          activityId: timer['timerId'],
          activityType: { name: 'getAccountsSummary' },
          workflowTaskCompletedEventId: timer['workflowTaskCompletedEventId'],
        },
      },
    };
  const upsert = attributesOf(event, 'upsertWorkflowSearchAttributesEventAttributes');
  if (upsert)
    return {
      what: 'a timer instead of search attributes',
      event: {
        eventId: event['eventId'],
        eventTime: event['eventTime'],
        eventType: 'EVENT_TYPE_TIMER_STARTED',
        timerStartedEventAttributes: {
          timerId: 'another',
          startToFireTimeout: '1s',
          workflowTaskCompletedEventId: upsert['workflowTaskCompletedEventId'],
        },
      },
    };
  return undefined;
}
