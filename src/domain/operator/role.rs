//! What people may do: one table of permissions and the roles that hold them.
//!
//! Whoever looks after accounts and keys decides nothing about cards and money, and whoever examines
//! the record changes nothing at all: nobody can do a thing and tidy up behind it.

use crate::coded;

coded! {
    /// What a person is there for; somebody may be there for several things.
    pub enum Role as "role" {
        /// Looks, and changes nothing.
        Viewer = "VIEWER",
        /// Decides about applications, orders, cards and messages.
        Operator = "OPERATOR",
        /// Decides about payments and proposes refunds.
        PaymentsOperator = "PAYMENTS_OPERATOR",
        /// Does what both do, and approves what needs a second person.
        Supervisor = "SUPERVISOR",
        /// Looks after accounts, offices and keys.
        Administrator = "ADMINISTRATOR",
        /// Examines the record.
        Auditor = "AUDITOR",
    }
}

coded! {
    /// Something that not everybody may.
    pub enum Permission as "permission" {
        /// Look at applications, orders, cards, offices and the outbox; personal data stay masked.
        View = "VIEW",
        /// Look at payments and refunds.
        ViewPayments = "VIEW_PAYMENTS",
        /// See the personal data of one record, with a reason and on the record.
        Reveal = "REVEAL",
        /// Decide about applications, cards, complaints and holds.
        DecideApplications = "DECIDE_APPLICATIONS",
        /// Send, sign, split, cancel and set aside orders; propose what the bureau told by telephone.
        DecideOrders = "DECIDE_ORDERS",
        /// Redrive and discard messages, pause and resume destinations.
        DecideMessages = "DECIDE_MESSAGES",
        /// Match, split and dismiss payments, propose refunds, import statements.
        DecidePayments = "DECIDE_PAYMENTS",
        /// Close and open the days of a channel again.
        CloseDays = "CLOSE_DAYS",
        /// Take a list of refunds out for the bank.
        ExportRefunds = "EXPORT_REFUNDS",
        /// Be the second person of what one person must not decide alone.
        Approve = "APPROVE",
        /// Change offices, their certificates and API keys.
        ManageOffices = "MANAGE_OFFICES",
        /// Add and disable accounts, change roles, end other people's sessions.
        ManageUsers = "MANAGE_USERS",
        /// Look at the configuration, the keys and the rules.
        ViewSettings = "VIEW_SETTINGS",
        /// Look at the record of what people did, and verify it.
        ViewAudit = "VIEW_AUDIT",
        /// Take the record out.
        ExportAudit = "EXPORT_AUDIT",
    }
}

use Role::{Administrator, Auditor, Operator, PaymentsOperator, Supervisor, Viewer};

/// Which roles hold which permission; what does not stand here nobody may.
#[rustfmt::skip]
pub const RIGHTS: &[(Permission, &[Role])] = &[
    (Permission::View,               &[Viewer, Operator, PaymentsOperator, Supervisor, Administrator, Auditor]),
    (Permission::ViewPayments,       &[Viewer, Operator, PaymentsOperator, Supervisor, Auditor]),
    (Permission::Reveal,             &[Operator, PaymentsOperator, Supervisor]),
    (Permission::DecideApplications, &[Operator, Supervisor]),
    (Permission::DecideOrders,       &[Operator, Supervisor]),
    (Permission::DecideMessages,     &[Operator, Supervisor]),
    (Permission::DecidePayments,     &[PaymentsOperator, Supervisor]),
    (Permission::CloseDays,          &[PaymentsOperator, Supervisor]),
    (Permission::ExportRefunds,      &[Supervisor]),
    (Permission::Approve,            &[Supervisor]),
    (Permission::ManageOffices,      &[Administrator]),
    (Permission::ManageUsers,        &[Administrator]),
    (Permission::ViewSettings,       &[Supervisor, Administrator, Auditor]),
    (Permission::ViewAudit,          &[Supervisor, Auditor]),
    (Permission::ExportAudit,        &[Auditor]),
];

/// The roles of one person, each once, in their order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// These roles.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Self {
        let mut roles: Vec<Role> = roles.into_iter().collect();
        roles.sort_unstable();
        roles.dedup();
        Self(roles)
    }

    /// The roles, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }

    /// Whether this is one of them.
    pub fn contains(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them holds a permission.
    pub fn may(&self, permission: Permission) -> bool {
        RIGHTS
            .iter()
            .filter(|(held, _)| *held == permission)
            .any(|(_, roles)| roles.iter().any(|role| self.contains(*role)))
    }
}

impl std::fmt::Display for Roles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<&str> = self.iter().map(Role::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(role: Role, permission: Permission) -> bool {
        Roles::new([role]).may(permission)
    }

    #[test]
    fn every_permission_stands_in_the_table_once_and_somebody_holds_it() {
        for permission in Permission::ALL {
            let rows: Vec<_> = RIGHTS
                .iter()
                .filter(|(held, _)| held == permission)
                .collect();
            assert_eq!(rows.len(), 1, "{permission}");
            assert!(!rows[0].1.is_empty(), "{permission}");
        }
    }

    #[test]
    fn whoever_looks_after_accounts_decides_nothing_else_and_whoever_examines_changes_nothing() {
        let changing = [
            Permission::Reveal,
            Permission::DecideApplications,
            Permission::DecideOrders,
            Permission::DecideMessages,
            Permission::DecidePayments,
            Permission::CloseDays,
            Permission::ExportRefunds,
            Permission::Approve,
        ];
        for permission in changing {
            for role in [Viewer, Administrator, Auditor] {
                assert!(!may(role, permission), "{role} {permission}");
            }
            assert!(may(Supervisor, permission), "{permission}");
        }
        for permission in [Permission::ManageUsers, Permission::ManageOffices] {
            for role in Role::ALL {
                assert_eq!(may(*role, permission), *role == Administrator, "{role}");
            }
        }
    }

    #[test]
    fn nobody_without_a_role_may_anything_and_roles_add_up() {
        for permission in Permission::ALL {
            assert!(!Roles::default().may(*permission));
        }
        let both = Roles::new([Auditor, Operator, Auditor]);
        assert_eq!(both.to_string(), "OPERATOR AUDITOR");
        assert!(both.may(Permission::DecideOrders) && both.may(Permission::ViewAudit));
        assert!(!both.may(Permission::ManageUsers));
    }
}
