//! Tags, their names and their namespaces.

use expect_test::expect;

use super::check;

/// [40] [41] [44] `STag`, Attribute, `EmptyElemTag`.
#[test]
fn tags_have_spaces_between_their_parts() {
    check(
        &[
            b"<a b='1'\n\tc = \r'2' ></a >",
            b"<a />",
            b"<a\n/>",
            b"<a b='1'c='2'/>",
            b"<a\n\tb='1'\n\tc='2'd='3'/>",
            b"<a b='1'/ >",
            b"<a / >",
            b"<a/ >",
            b"<a b/>",
            b"<a b c='1'/>",
            b"<a =''/>",
            b"<a b='1',c='2'/>",
            b"<a/b>",
            b"<a b='1'/c='2'/>",
            b"<a b='1' / c='2'/>",
            b"<a b == '1'/>",
            b"<a b='1' =/>",
            b"<a 'b'/>",
            b"<a b='1' b='2'/>",
            b"<a c='' b='1'\n b=\"1\"/>",
            b"<a <b/>></a>",
            b"<a",
            b"<a ",
            b"<a b",
            b"<a b=",
            b"<a b='",
            b"<a b='1'",
            b"<a/",
            b"<>",
            b"< >",
            b"</>",
        ],
        &expect![[r#"
            accepted                   <a b=\'1\'\n\tc = \r\'2\' ></a >
            accepted                   <a />
            accepted                   <a\n/>
            NOT_WELL_FORMED 1:9        <a b=\'1\'c=\'2\'/>
            NOT_WELL_FORMED 3:7        <a\n\tb=\'1\'\n\tc=\'2\'d=\'3\'/>
            NOT_WELL_FORMED 1:9        <a b=\'1\'/ >
            NOT_WELL_FORMED 1:4        <a / >
            NOT_WELL_FORMED 1:2        <a/ >
            NOT_WELL_FORMED 1:4        <a b/>
            NOT_WELL_FORMED 1:4        <a b c=\'1\'/>
            NOT_WELL_FORMED 1:4        <a =\'\'/>
            NOT_WELL_FORMED 1:9        <a b=\'1\',c=\'2\'/>
            NOT_WELL_FORMED 1:2        <a/b>
            NOT_WELL_FORMED 1:9        <a b=\'1\'/c=\'2\'/>
            NOT_WELL_FORMED 1:10       <a b=\'1\' / c=\'2\'/>
            NOT_WELL_FORMED 1:7        <a b == \'1\'/>
            NOT_WELL_FORMED 1:10       <a b=\'1\' =/>
            NOT_WELL_FORMED 1:4        <a \'b\'/>
            ATTRIBUTE_REPEATED 1:10    <a b=\'1\' b=\'2\'/>
            ATTRIBUTE_REPEATED 2:2     <a c=\'\' b=\'1\'\n b=\"1\"/>
            NOT_WELL_FORMED 1:4        <a <b/>></a>
            TRUNCATED 1:1              <a
            TRUNCATED 1:1              <a 
            TRUNCATED 1:1              <a b
            TRUNCATED 1:1              <a b=
            TRUNCATED 1:1              <a b=\'
            TRUNCATED 1:1              <a b=\'1\'
            TRUNCATED 1:1              <a/
            NOT_WELL_FORMED 1:2        <>
            NOT_WELL_FORMED 1:2        < >
            NOT_WELL_FORMED 1:1        </>
        "#]],
    );
}

/// [42] `ETag`.
#[test]
fn end_tags_are_of_the_innermost_element_and_bare() {
    check(
        &[
            b"<a></a\r\n\t >",
            b"<a></b>",
            b"<a><b></a></b>",
            b"<a></ a>",
            b"<a></a b='1'>",
            b"<a></a/>",
            b"<a></aa>",
            b"<a></A>",
            b"<a></a",
            b"<a></",
            b"<a><",
            b"<a></a></b>",
            b"<a><b/></b></a>",
            b"<a b='1'></a b>",
            b"<a></\na>",
        ],
        &expect![[r"
            accepted                   <a></a\r\n\t >
            NOT_WELL_FORMED 1:4        <a></b>
            NOT_WELL_FORMED 1:7        <a><b></a></b>
            NOT_WELL_FORMED 1:4        <a></ a>
            NOT_WELL_FORMED 1:4        <a></a b=\'1\'>
            NOT_WELL_FORMED 1:4        <a></a/>
            NOT_WELL_FORMED 1:4        <a></aa>
            NOT_WELL_FORMED 1:4        <a></A>
            TRUNCATED 1:4              <a></a
            TRUNCATED 1:4              <a></
            TRUNCATED 1:4              <a><
            NOT_WELL_FORMED 1:8        <a></a></b>
            NOT_WELL_FORMED 1:8        <a><b/></b></a>
            NOT_WELL_FORMED 1:10       <a b=\'1\'></a b>
            NOT_WELL_FORMED 1:4        <a></\na>
        "]],
    );
}

/// Namespaces 1.0: `QName`, prefixes.
#[test]
fn names_have_one_colon_at_most_and_prefixes_are_declared() {
    check(
        &[
            b"<b:a xmlns:b='urn:c' b:d='1'/>",
            b"<a xmlns:b='urn:c'><b:d/></a>",
            b"<a xmlns=''/>",
            b"<a xmlns='urn:b'><c xmlns=''/></a>",
            b"<a xml:lang='ro' xml:b='c'/>",
            b"<xml:a/>",
            b"<a xmlns:_='urn:b' _:_='1'/>",
            b"<b:a/>",
            b"<a b:c='1'/>",
            b"<a>\n<b:c/></a>",
            b"<a xmlns:b='urn:c'/><b:d/>",
            b"<a><c xmlns:b='urn:c'/><b:d/></a>",
            b"<:a/>",
            b"<a:/>",
            b"<:/>",
            b"<a:b:c xmlns:a='urn:d'/>",
            b"<a :b='1'/>",
            b"<a b:='1'/>",
            b"<a b:c:d='1' xmlns:b='urn:e'/>",
            b"<a xmlns:b:c='urn:d'/>",
            b"<a xmlns:='urn:b'/>",
            b"<b:1 xmlns:b='urn:c'/>",
            b"<a xmlns:1='urn:b'/>",
            b"<xmlns:a/>",
            b"<a xmlns:b='urn:c' b:d='1'><e b:/></a>",
        ],
        &expect![[r"
            accepted                   <b:a xmlns:b=\'urn:c\' b:d=\'1\'/>
            accepted                   <a xmlns:b=\'urn:c\'><b:d/></a>
            accepted                   <a xmlns=\'\'/>
            accepted                   <a xmlns=\'urn:b\'><c xmlns=\'\'/></a>
            accepted                   <a xml:lang=\'ro\' xml:b=\'c\'/>
            accepted                   <xml:a/>
            accepted                   <a xmlns:_=\'urn:b\' _:_=\'1\'/>
            PREFIX_FORBIDDEN 1:1       <b:a/>
            PREFIX_FORBIDDEN 1:1       <a b:c=\'1\'/>
            PREFIX_FORBIDDEN 2:1       <a>\n<b:c/></a>
            NOT_WELL_FORMED 1:21       <a xmlns:b=\'urn:c\'/><b:d/>
            PREFIX_FORBIDDEN 1:24      <a><c xmlns:b=\'urn:c\'/><b:d/></a>
            NOT_WELL_FORMED 1:2        <:a/>
            NOT_WELL_FORMED 1:2        <a:/>
            NOT_WELL_FORMED 1:2        <:/>
            NOT_WELL_FORMED 1:2        <a:b:c xmlns:a=\'urn:d\'/>
            NOT_WELL_FORMED 1:4        <a :b=\'1\'/>
            NOT_WELL_FORMED 1:4        <a b:=\'1\'/>
            NOT_WELL_FORMED 1:4        <a b:c:d=\'1\' xmlns:b=\'urn:e\'/>
            NOT_WELL_FORMED 1:4        <a xmlns:b:c=\'urn:d\'/>
            NOT_WELL_FORMED 1:4        <a xmlns:=\'urn:b\'/>
            NOT_WELL_FORMED 1:2        <b:1 xmlns:b=\'urn:c\'/>
            NOT_WELL_FORMED 1:4        <a xmlns:1=\'urn:b\'/>
            NOT_WELL_FORMED 1:1        <xmlns:a/>
            NOT_WELL_FORMED 1:31       <a xmlns:b=\'urn:c\' b:d=\'1\'><e b:/></a>
        "]],
    );
}

/// Namespaces 1.0: 3 Declaring Namespaces.
#[test]
fn reserved_prefixes_and_names_stay_what_they_are() {
    check(
        &[
            b"<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
            b"<a xmlns:xmlb='urn:c'/>",
            b"<a xmlns:b=''/>",
            b"<a xmlns:xml='urn:b'/>",
            b"<a xmlns:xml=''/>",
            b"<a xmlns:xmlns='urn:b'/>",
            b"<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>",
            b"<a xmlns:b='http://www.w3.org/XML/1998/namespace'/>",
            b"<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
            b"<a xmlns:b='http://www.w3.org/2000/xmlns/'/>",
            b"<a xmlns='http://www.w3.org/2000/xmlns/'/>",
            b"<a xmlns='b'/>",
            b"<a xmlns:b='../c' b:d=''/>",
            b"<a xmlns='#b'/>",
            b"<a xmlns='1b:c'/>",
            b"<a xmlns=':b'/>",
        ],
        &expect![[r"
            accepted                   <a xmlns:xml=\'http://www.w3.org/XML/1998/namespace\'/>
            accepted                   <a xmlns:xmlb=\'urn:c\'/>
            PREFIX_FORBIDDEN 1:1       <a xmlns:b=\'\'/>
            PREFIX_FORBIDDEN 1:1       <a xmlns:xml=\'urn:b\'/>
            PREFIX_FORBIDDEN 1:1       <a xmlns:xml=\'\'/>
            PREFIX_FORBIDDEN 1:1       <a xmlns:xmlns=\'urn:b\'/>
            PREFIX_FORBIDDEN 1:1       <a xmlns:xmlns=\'http://www.w3.org/2000/xmlns/\'/>
            PREFIX_FORBIDDEN 1:1       <a xmlns:b=\'http://www.w3.org/XML/1998/namespace\'/>
            PREFIX_FORBIDDEN 1:1       <a xmlns=\'http://www.w3.org/XML/1998/namespace\'/>
            PREFIX_FORBIDDEN 1:1       <a xmlns:b=\'http://www.w3.org/2000/xmlns/\'/>
            PREFIX_FORBIDDEN 1:1       <a xmlns=\'http://www.w3.org/2000/xmlns/\'/>
            NAMESPACE_RELATIVE 1:1     <a xmlns=\'b\'/>
            NAMESPACE_RELATIVE 1:1     <a xmlns:b=\'../c\' b:d=\'\'/>
            NAMESPACE_RELATIVE 1:1     <a xmlns=\'#b\'/>
            NAMESPACE_RELATIVE 1:1     <a xmlns=\'1b:c\'/>
            NAMESPACE_RELATIVE 1:1     <a xmlns=\':b\'/>
        "]],
    );
}

/// Namespaces 1.0: 6.3 Uniqueness of attributes.
#[test]
fn an_attribute_stands_once_by_its_expanded_name_too() {
    check(
        &[
            b"<a xmlns:b='urn:1' xmlns:c='urn:2' b:d='1' c:d='2' d='3'/>",
            b"<a xmlns='urn:1' xmlns:b='urn:1' b:d='1' d='2'/>",
            b"<a xmlns:b='urn:1' xmlns:c='urn:1' b:d='1' c:d='2'/>",
            b"<a xmlns:b='urn:1' xmlns:c='urn:&#49;' b:d='1' c:d='2'/>",
            b"<a xmlns='urn:1' xmlns='urn:2'/>",
            b"<a xmlns:b='urn:1' xmlns:b='urn:1'/>",
            b"<a xml:b='' xml:b=''/>",
            b"<a xmlns:b='urn:1' b:c='1' b:c='2'/>",
        ],
        &expect![[r"
            accepted                   <a xmlns:b=\'urn:1\' xmlns:c=\'urn:2\' b:d=\'1\' c:d=\'2\' d=\'3\'/>
            accepted                   <a xmlns=\'urn:1\' xmlns:b=\'urn:1\' b:d=\'1\' d=\'2\'/>
            ATTRIBUTE_REPEATED 1:1     <a xmlns:b=\'urn:1\' xmlns:c=\'urn:1\' b:d=\'1\' c:d=\'2\'/>
            ATTRIBUTE_REPEATED 1:1     <a xmlns:b=\'urn:1\' xmlns:c=\'urn:&#49;\' b:d=\'1\' c:d=\'2\'/>
            ATTRIBUTE_REPEATED 1:18    <a xmlns=\'urn:1\' xmlns=\'urn:2\'/>
            ATTRIBUTE_REPEATED 1:20    <a xmlns:b=\'urn:1\' xmlns:b=\'urn:1\'/>
            ATTRIBUTE_REPEATED 1:13    <a xml:b=\'\' xml:b=\'\'/>
            ATTRIBUTE_REPEATED 1:28    <a xmlns:b=\'urn:1\' b:c=\'1\' b:c=\'2\'/>
        "]],
    );
}
