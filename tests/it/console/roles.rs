//! The table of roles in the documentation is the table of the code.

use cei_gateway::domain::operator::role::{Permission, RIGHTS, Role};

#[test]
fn the_documented_table_of_roles_is_that_of_the_code() {
    let text = std::fs::read_to_string("docs/console.md").unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("(`"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), Permission::ALL.len());
    for (row, (permission, roles)) in rows.iter().zip(RIGHTS) {
        assert!(
            row[0].contains(&format!("(`{permission}`)")),
            "{row:?} {permission}"
        );
        let told: Vec<Role> = Role::ALL
            .iter()
            .zip(&row[1..])
            .filter(|(_, cell)| **cell == "yes")
            .map(|(role, _)| *role)
            .collect();
        assert_eq!(told, **roles, "{permission}");
    }
}
