/** A workflow of the right name that calls nothing: every recorded history contradicts it. */
export const retrieveAccountDetails = (): Promise<void> => Promise.resolve();
