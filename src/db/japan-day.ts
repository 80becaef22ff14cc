/** As SQL: the day of a moment by Japan's calendar. */
export const japanDay = (moment: string): string => `(${moment} at time zone 'Asia/Tokyo')::date`;
