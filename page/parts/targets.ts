/** The team's targets, as the report's files mark them: of publishes and lookups, and from webhook to database. */
export const LEAST_SUCCESS = 0.95;
export const MOST_DELAY_S = 60;

export const isEnough = (success: number): boolean => success >= LEAST_SUCCESS;

export const isInTime = (delayS: number): boolean => delayS <= MOST_DELAY_S;
