/** Who commits: roles, as they would stand in a company directory. */
export const AUTHORS = {
  platform: { name: 'Platform Maintainer', email: 'platform@storefront.example' },
  checkout: { name: 'Checkout Maintainer', email: 'checkout@storefront.example' },
  payments: { name: 'Payments Developer', email: 'payments@storefront.example' },
  support: { name: 'Support Tools Developer', email: 'support-tools@storefront.example' },
  discovery: { name: 'Discovery Developer', email: 'discovery@storefront.example' },
  merchandising: { name: 'Merchandising Editor', email: 'merchandising@storefront.example' },
};
