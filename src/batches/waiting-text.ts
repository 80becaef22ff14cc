/** How the reason of a batch begins whose workbook somebody has locked or open. */
export const WAITING_FOR_WORKBOOK = 'waiting for the workbook';
