import { defineSearchAttributeKey } from '@temporalio/common';

/** Registered from `temporal-config/search-attributes.json`. */
export const TASK = defineSearchAttributeKey('TsuisekiTask', 'KEYWORD');
export const WORKBOOK = defineSearchAttributeKey('TsuisekiWorkbook', 'KEYWORD');
export const STATE = defineSearchAttributeKey('TsuisekiState', 'KEYWORD');
export const WAITS = defineSearchAttributeKey('TsuisekiWaits', 'KEYWORD');
export const FAILED_ROWS = defineSearchAttributeKey('TsuisekiFailedRows', 'INT');
export const DONE_ROWS = defineSearchAttributeKey('TsuisekiDoneRows', 'INT');
