//! Documents as wholes: prolog, XML declaration, encoding, end.

use expect_test::expect;

use super::check;

/// [1] [22] [27] document, prolog, Misc.
#[test]
fn a_document_is_a_prolog_one_root_and_what_may_follow_it() {
    check(
        &[
            b"<a/>",
            b"<a></a>",
            b" \t\r\n<a/>\n",
            b"<!--b--><?c?><a/><?c?><!--b-->",
            b"",
            b" ",
            b"<!--b-->",
            b"<?b?>",
            b"<a/><b/>",
            b"<a/>b",
            b"b<a/>",
            b"<a/>&lt;",
            b"<a/>&#32;",
            b"<a/><![CDATA[]]>",
            b"<![CDATA[]]><a/>",
            b"<a/>]]>",
            b"</a>",
            b"<a></a></a>",
            b"<a/>\0",
            b"\0<a/>",
            b"<a/>\n\n <b>",
            b"<a>\n<b/>\n</a>\n c",
            b"<",
            b">",
            b"<a/><",
            b"<a/><?xml version='1.0'?>",
            b"<a/>\xEF\xBB\xBF",
        ],
        &expect![[r"
            accepted                   <a/>
            accepted                   <a></a>
            accepted                    \t\r\n<a/>\n
            accepted                   <!--b--><?c?><a/><?c?><!--b-->
            TRUNCATED 1:1              
            TRUNCATED 1:2               
            TRUNCATED 1:9              <!--b-->
            TRUNCATED 1:6              <?b?>
            NOT_WELL_FORMED 1:5        <a/><b/>
            NOT_WELL_FORMED 1:5        <a/>b
            NOT_WELL_FORMED 1:1        b<a/>
            NOT_WELL_FORMED 1:5        <a/>&lt;
            NOT_WELL_FORMED 1:5        <a/>&#32;
            NOT_WELL_FORMED 1:5        <a/><![CDATA[]]>
            NOT_WELL_FORMED 1:1        <![CDATA[]]><a/>
            NOT_WELL_FORMED 1:5        <a/>]]>
            NOT_WELL_FORMED 1:1        </a>
            NOT_WELL_FORMED 1:8        <a></a></a>
            NOT_WELL_FORMED 1:5        <a/>\x00
            NOT_WELL_FORMED 1:1        \x00<a/>
            NOT_WELL_FORMED 3:2        <a/>\n\n <b>
            NOT_WELL_FORMED 4:2        <a>\n<b/>\n</a>\n c
            TRUNCATED 1:1              <
            NOT_WELL_FORMED 1:1        >
            TRUNCATED 1:5              <a/><
            NOT_WELL_FORMED 1:5        <a/><?xml version=\'1.0\'?>
            NOT_WELL_FORMED 1:5        <a/>\xef\xbb\xbf
        "]],
    );
}

/// [23] to [26] [32] [77] [80] [81] `XMLDecl`.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn an_xml_declaration_says_version_encoding_and_standalone() {
    check(
        &[
            b"<?xml version='1.0'?><a/>",
            b"<?xml version=\"1.0\"?>\r\n<a/>",
            b"<?xml\n version =\r'1.0'\tencoding= 'utf-8' standalone='no' ?><a/>",
            b"<?xml version='1.0' encoding='UTF-8'?><a/>",
            b"<?xml version='1.0' standalone='yes'?><a/>",
            b"<?xml?><a/>",
            b"<?xml ?><a/>",
            b"<?xml encoding='UTF-8'?><a/>",
            b"<?xml standalone='yes'?><a/>",
            b"<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>",
            b"<?xml encoding='UTF-8' version='1.0'?><a/>",
            b"<?xml version='1.0' standalone='Yes'?><a/>",
            b"<?xml version='1.0' standalone=''?><a/>",
            b"<?xml version='1.0'standalone='yes'?><a/>",
            b"<?xml version='1.0'encoding='UTF-8'?><a/>",
            b"<?xml version='1.0' encoding='UTF-8'standalone='yes'?><a/>",
            b"<?xml version=1.0?><a/>",
            b"<?xml version='1.0\"?><a/>",
            b"<?xml version='1.0'><a/>",
            b"<?xml version='1.0'? ><a/>",
            b"<?xml version='1.0' b='c'?><a/>",
            b"<?xml version='1.0' enco:ding='UTF-8'?><a/>",
            b"<?xml b:version='1.0' version='1.0'?><a/>",
            b"<?xml version='1.0' xml:b=''?><a/>",
            b"<?xml version='1.0' version='1.0'?><a/>",
            b"<?xml version='1.0' encoding='UTF-8' b?><a/>",
            b"<?xml version='&#49;.0'?><a/>",
            b"<?xml version=' 1.0'?><a/>",
            b"<?xml version='1'?><a/>",
            b"<?xml version='2.0'?><a/>",
            b"<?xml version='1.1'?><a/>",
            b"<?xml version='1.10'?><a/>",
            b"<?xml version=''?><a/>",
            b"<?xml Version='1.0'?><a/>",
            b"<?xmlversion='1.0'?><a/>",
            b"<?xml version='1.0' encoding=''?><a/>",
            b"<?xml version='1.0' encoding='-8'?><a/>",
            b"<?xml version='1.0' encoding='UTF-16'?><a/>",
            b"<?xml version='1.0' encoding='UTF 8'?><a/>",
            b"<?xml version='1.0' encoding='b'?><a/>",
            b"<?xml version='1.0' encoding='US-ASCII'?><a/>",
            b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>",
            b" <?xml version='1.0'?><a/>",
            b"<!--b--><?xml version='1.0'?><a/>",
            b"<?xml version='1.0'?><?xml version='1.0'?><a/>",
            b"<?xml:b version='1.0'?><a/>",
            b"<?xml xmlns='b' version='1.0'?><a/>",
            b"<?xml version='1.0' xmlns='b:c'?><a/>",
        ],
        &expect![[r#"
            accepted                   <?xml version=\'1.0\'?><a/>
            accepted                   <?xml version=\"1.0\"?>\r\n<a/>
            accepted                   <?xml\n version =\r\'1.0\'\tencoding= \'utf-8\' standalone=\'no\' ?><a/>
            accepted                   <?xml version=\'1.0\' encoding=\'UTF-8\'?><a/>
            accepted                   <?xml version=\'1.0\' standalone=\'yes\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml?><a/>
            NOT_WELL_FORMED 1:3        <?xml ?><a/>
            NOT_WELL_FORMED 1:3        <?xml encoding=\'UTF-8\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml standalone=\'yes\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml version=\'1.0\' standalone=\'yes\' encoding=\'UTF-8\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml encoding=\'UTF-8\' version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml version=\'1.0\' standalone=\'Yes\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml version=\'1.0\' standalone=\'\'?><a/>
            NOT_WELL_FORMED 1:20       <?xml version=\'1.0\'standalone=\'yes\'?><a/>
            NOT_WELL_FORMED 1:20       <?xml version=\'1.0\'encoding=\'UTF-8\'?><a/>
            NOT_WELL_FORMED 1:37       <?xml version=\'1.0\' encoding=\'UTF-8\'standalone=\'yes\'?><a/>
            NOT_WELL_FORMED 1:15       <?xml version=1.0?><a/>
            NOT_WELL_FORMED 1:15       <?xml version=\'1.0\"?><a/>
            TRUNCATED 1:1              <?xml version=\'1.0\'><a/>
            TRUNCATED 1:1              <?xml version=\'1.0\'? ><a/>
            NOT_WELL_FORMED 1:3        <?xml version=\'1.0\' b=\'c\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml version=\'1.0\' enco:ding=\'UTF-8\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml b:version=\'1.0\' version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml version=\'1.0\' xml:b=\'\'?><a/>
            ATTRIBUTE_REPEATED 1:21    <?xml version=\'1.0\' version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:38       <?xml version=\'1.0\' encoding=\'UTF-8\' b?><a/>
            NOT_WELL_FORMED 1:3        <?xml version=\'&#49;.0\'?><a/>
            VERSION_FORBIDDEN 1:3      <?xml version=\' 1.0\'?><a/>
            VERSION_FORBIDDEN 1:3      <?xml version=\'1\'?><a/>
            VERSION_FORBIDDEN 1:3      <?xml version=\'2.0\'?><a/>
            VERSION_FORBIDDEN 1:3      <?xml version=\'1.1\'?><a/>
            VERSION_FORBIDDEN 1:3      <?xml version=\'1.10\'?><a/>
            VERSION_FORBIDDEN 1:3      <?xml version=\'\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml Version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:1        <?xmlversion=\'1.0\'?><a/>
            ENCODING_FORBIDDEN 1:3     <?xml version=\'1.0\' encoding=\'\'?><a/>
            ENCODING_FORBIDDEN 1:3     <?xml version=\'1.0\' encoding=\'-8\'?><a/>
            ENCODING_FORBIDDEN 1:3     <?xml version=\'1.0\' encoding=\'UTF-16\'?><a/>
            ENCODING_FORBIDDEN 1:3     <?xml version=\'1.0\' encoding=\'UTF 8\'?><a/>
            ENCODING_FORBIDDEN 1:3     <?xml version=\'1.0\' encoding=\'b\'?><a/>
            ENCODING_FORBIDDEN 1:3     <?xml version=\'1.0\' encoding=\'US-ASCII\'?><a/>
            ENCODING_FORBIDDEN 1:3     <?xml version=\'1.0\' encoding=\'ISO-8859-1\'?><a>\xe9</a>
            NOT_WELL_FORMED 1:2         <?xml version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:9        <!--b--><?xml version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:22       <?xml version=\'1.0\'?><?xml version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:1        <?xml:b version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml xmlns=\'b\' version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:3        <?xml version=\'1.0\' xmlns=\'b:c\'?><a/>
        "#]],
    );
}

/// [28] `doctypedecl`.
#[test]
fn there_is_no_document_type() {
    check(
        &[
            b"<!DOCTYPE a><a/>",
            b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            b"<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>",
            b"<a/><!DOCTYPE a>",
            b"<a><!DOCTYPE a></a>",
            b"<!doctype a><a/>",
            b"<!DOCTYPE",
            b"<a><!ELEMENT b></a>",
            b"<!ELEMENT b><a/>",
            b"<!ENTITY b 'c'><a/>",
        ],
        &expect![[r"
            DOCTYPE_FORBIDDEN 1:1      <!DOCTYPE a><a/>
            DOCTYPE_FORBIDDEN 1:1      <!DOCTYPE a [<!ENTITY b \'c\'>]><a>&b;</a>
            DOCTYPE_FORBIDDEN 1:1      <!DOCTYPE a [<!ATTLIST a b CDATA \'c\'>]><a/>
            DOCTYPE_FORBIDDEN 1:5      <a/><!DOCTYPE a>
            DOCTYPE_FORBIDDEN 1:4      <a><!DOCTYPE a></a>
            DOCTYPE_FORBIDDEN 1:1      <!doctype a><a/>
            TRUNCATED 1:1              <!DOCTYPE
            NOT_WELL_FORMED 1:4        <a><!ELEMENT b></a>
            NOT_WELL_FORMED 1:1        <!ELEMENT b><a/>
            NOT_WELL_FORMED 1:1        <!ENTITY b \'c\'><a/>
        "]],
    );
}

/// [39] element.
#[test]
fn a_document_may_not_end_before_its_root() {
    check(
        &[
            b"<a>",
            b"<a>b",
            b"<a><b></b>",
            b"<a>\n\n<b>\n c",
            b"<a><!--b-->",
            b"<a><b/>",
            b"<a><![CDATA[b]]>",
            b"<a>&lt;",
            b"<a><?b?>",
        ],
        &expect![[r"
            TRUNCATED 1:4              <a>
            TRUNCATED 1:5              <a>b
            TRUNCATED 1:11             <a><b></b>
            TRUNCATED 4:3              <a>\n\n<b>\n c
            TRUNCATED 1:12             <a><!--b-->
            TRUNCATED 1:8              <a><b/>
            TRUNCATED 1:17             <a><![CDATA[b]]>
            TRUNCATED 1:8              <a>&lt;
            TRUNCATED 1:9              <a><?b?>
        "]],
    );
}

/// 4.3.3 Character encoding.
#[test]
fn utf_8_is_the_one_encoding_and_its_mark_no_part_of_the_document() {
    check(
        &[
            b"\xEF\xBB\xBF<a/>",
            b"\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?>\n<a/>",
            b"<a>\xEF\xBB\xBF</a>",
            b"\xEF\xBB\xBF\xEF\xBB\xBF<a/>",
            b" \xEF\xBB\xBF<a/>",
            b"\xEF\xBB\xBF",
            b"\xEF\xBB<a/>",
            b"\xFF\xFE<\0a\0/\0>\0",
            b"\xFE\xFF\0<\0a\0/\0>",
            b"<\0a\0/\0>\0",
        ],
        &expect![[r"
            accepted                   \xef\xbb\xbf<a/>
            accepted                   \xef\xbb\xbf<?xml version=\'1.0\' encoding=\'UTF-8\'?>\n<a/>
            accepted                   <a>\xef\xbb\xbf</a>
            ENCODING_FORBIDDEN 1:1     \xef\xbb\xbf\xef\xbb\xbf<a/>
            NOT_WELL_FORMED 1:2         \xef\xbb\xbf<a/>
            TRUNCATED 1:1              \xef\xbb\xbf
            ENCODING_FORBIDDEN 1:1     \xef\xbb<a/>
            ENCODING_FORBIDDEN 1:1     \xff\xfe<\x00a\x00/\x00>\x00
            ENCODING_FORBIDDEN 1:1     \xfe\xff\x00<\x00a\x00/\x00>
            CHARACTER_FORBIDDEN 1:2    <\x00a\x00/\x00>\x00
        "]],
    );
}
