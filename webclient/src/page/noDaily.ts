/** Stands in for `@daily-co/daily-js`, which the transports import and this page never uses. */
export default {};
