"""What each foreign data set becomes: one record, told by the set's own columns, and what is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from producers.importers import importer
from producers.importers.run import Mode, import_files
from producers.lines import Lines, UnreadableInput
from schemas import times
from schemas.faults import Fault
from schemas.fields import LONGEST_ID
from schemas.records import Touchpoint
from schemas.wire import properties
from tests.producers.world import IDENTITY, memory, touchpoints, write


def read(name: str, line: str) -> Touchpoint | Fault:
    return importer(name).touchpoint(line.encode(), "f:1")


def good(name: str, line: str) -> Touchpoint:
    found = read(name, line)
    assert isinstance(found, Touchpoint), found
    return found


def test_a_line_of_cdnow_is_a_purchase_at_noon_in_new_york() -> None:
    found = good("cdnow", " 00002 19970712  5   77.00")
    assert (found.type, found.customer_id, found.category) == ("purchase.made", "00002", "music")
    assert (found.quantity, found.amount, found.currency) == (5.0, 77.0, "USD")
    assert times.write(found.occurred_at, found.occurred_offset) == "1997-07-12T12:00:00.000-04:00"


@pytest.mark.parametrize(
    ("event", "kind", "facts"),
    [
        pytest.param("home", "web.viewed", {"url": "/home"}, id="a page"),
        pytest.param("error_page", "web.viewed", {"url": "/error_page"}, id="the page of an error"),
        pytest.param("search", "web.searched", {}, id="a search"),
        pytest.param("add_to_cart", "cart.added", {}, id="into the cart"),
        pytest.param("shipping_details", "checkout.step", {"step": "shipping_details"}, id="a step of the checkout"),
        pytest.param("purchase", "order.placed", {}, id="an order"),
        pytest.param("wishlist_add", "app.event", {"name": "wishlist.added"}, id="a wish"),
        pytest.param("size_guide", "app.event", {"name": "size_guide"}, id="an event that other slices may hold"),
    ],
)
def test_an_event_of_the_clickstream_has_its_type(event: str, kind: str, facts: dict[str, str]) -> None:
    found = good("ecom-clickstream", f"user_7,sess_1,{event},2024-03-13 10:21:14,mobile,email,2024-01,returning")
    assert (found.type, found.customer_id, found.session_id) == (kind, "user_7", "sess_1")
    assert properties(found) == {**facts, "platform": "mobile", "acquisition_channel": "email"}
    assert times.write(found.occurred_at, found.occurred_offset) == "2024-03-13T10:21:14.000Z"


def test_a_tweet_is_a_mention_without_the_labels_that_detection_is_judged_by() -> None:
    line = '5.7E+17,negative,1,Late Flight,0.9,Delta,3,"@Delta late, again\nand again",24-02-2015 08:55,Quito,47b4'
    found = good("airline-tweets", line)
    assert (found.type, found.channel, found.social) == ("social.mentioned", "social", "twitter:47b4")
    assert (found.text, found.language) == ("@Delta late, again\nand again", "en")
    assert properties(found) == {"network": "twitter", "brand": "Delta", "shares": 3.0}
    assert "negative" not in repr(found)
    assert "Late Flight" not in repr(found)


def test_a_tweet_without_an_author_is_nobodys() -> None:
    assert good("airline-tweets", "5.7E+17,neutral,1,,0,Delta,0,hello,24-02-2015 08:55,,").social is None


def test_a_review_is_posted_by_nobody_known_and_without_its_label() -> None:
    found = good("reviews-zh", '洗发水,0,"真心觉得这次的服务质量太差了, 包装盒都打开了"')
    assert (found.type, found.category, found.language) == ("social.posted", "洗发水", "zh")
    assert found.text == "真心觉得这次的服务质量太差了, 包装盒都打开了"
    assert (found.customer_id, found.properties) == (None, None)


@pytest.mark.parametrize(
    ("name", "line", "reason", "field"),
    [
        pytest.param("cdnow", "00002 19970712 5", "missing_field", "line", id="a column lacks"),
        pytest.param("cdnow", "00002 19971332 5 77.00", "bad_date", "date", id="no such day"),
        pytest.param("cdnow", "00002 19970712 five 77.00", "wrong_type", "number_of_cds", id="a number in words"),
        pytest.param("cdnow", "null 19970712 5 77.00", "sentinel_identifier", "customer_id", id="nobody"),
        pytest.param("ecom-clickstream", "u,,home,2024-03-13 10:21:14,m,e,c,l", "missing_field", "session_id",
                     id="no session"),
        pytest.param("ecom-clickstream", "u,s,,2024-03-13 10:21:14,m,e,c,l", "missing_field", "event", id="no event"),
        pytest.param("ecom-clickstream", "u,s,home,13.3.2024,m,e,c,l", "bad_date", "timestamp", id="another calendar"),
        pytest.param("airline-tweets", "1,neutral,1,,0,Delta,0,,24-02-2015 08:55,,a", "missing_field", "text",
                     id="no words"),
        pytest.param("airline-tweets", '1,neutral,1,,0,Delta,0,"open,24-02-2015 08:55,,a', "bad_value", "line",
                     id="a quote that never closes"),
        pytest.param("reviews-zh", "书籍,1,", "missing_field", "review", id="no review"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_the_column_of_the_file(name: str, line: str, reason: str, field: str) -> None:
    found = read(name, line)
    assert isinstance(found, Fault), found
    assert (found.reason, [each.field for each in found.faults]) == (reason, [field])


def test_a_tweet_over_several_lines_is_one_event_under_the_number_of_its_first(tmp_path: Path) -> None:
    content = [
        importer("airline-tweets").header.encode(),
        b'1,neutral,1,,0,Delta,0,"one',
        b"",
        b'two",24-02-2015 08:55,,a',
        b"2,neutral,1,,0,Delta,0,three,24-02-2015 08:56,,a",
    ]
    log = memory()
    file = write(tmp_path / "tweets.csv", content)
    counts = import_files(importer("airline-tweets"), [Lines(str(file))], Mode(), log, IDENTITY, tmp_path)
    assert (counts.accepted, counts.refused) == (2, 0)
    told = {each.event_id: each.text for each in touchpoints(log)}
    assert told == {"tweets.csv:000000000002": "one\n\ntwo", "tweets.csv:000000000005": "three"}


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(['"cat","label","review"', '"tea","1","good"'], id="a quoted header"),
        pytest.param(["review,cat,label", "good,tea,1"], id="another order"),
        pytest.param(["id,cat,label,review", "7,tea,1,good"], id="a column more"),
        pytest.param(["cat,review", "tea,good"], id="without the label"),
        pytest.param(["CAT,Label,ReView", "tea,1,good"], id="in capitals"),
        pytest.param(["cat,review,REVIEW", "tea,good,bad"], id="the name as it is before one in capitals"),
    ],
)
def test_columns_are_found_by_their_names(lines: list[str], tmp_path: Path) -> None:
    log, file = memory(), tmp_path / "reviews.csv"
    file.write_text("\n".join(lines))
    counts = import_files(importer("reviews-zh"), [Lines(str(file))], Mode(), log, IDENTITY, tmp_path)
    assert (counts.accepted, counts.refused) == (1, 0)
    assert [(each.category, each.text) for each in touchpoints(log)] == [("tea", "good")]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([" customer_id  date number_of_cds  dollar_value", " 2 19970712  5   77.00"], id="blanks"),
        pytest.param(["customer_id,date,number_of_cds,dollar_value", "2,19970712,5,77.00"], id="commas"),
        pytest.param(["customer_id\tdate\tnumber_of_cds\tdollar_value", "2\t19970712\t5\t77.00"], id="tabs"),
        pytest.param(["date, number_of_cds, dollar_value, customer_id", "19970712, 5, 77.00, 2"], id="another order"),
        pytest.param(['"CUSTOMER_ID" "date" "number_of_cds" "dollar_value" "x"', '"2" 19970712 5 77 1'],
                     id="quoted, in capitals, a column more"),
    ],
)  # fmt: skip
def test_cdnow_is_read_however_it_was_saved(lines: list[str], tmp_path: Path) -> None:
    log, file = memory(), tmp_path / "cdnow.txt"
    file.write_text("\n".join(lines))
    counts = import_files(importer("cdnow"), [Lines(str(file))], Mode(), log, IDENTITY, tmp_path)
    assert (counts.accepted, counts.refused) == (1, 0)
    assert [(each.customer_id, each.quantity, each.amount) for each in touchpoints(log)] == [("2", 5, 77)]


def test_the_gift_shop_needs_no_column_that_is_only_a_property(tmp_path: Path) -> None:
    log, file = memory(), tmp_path / "shop.csv"
    file.write_text(
        "invoiceno,STOCKCODE,Quantity,InvoiceDate,UnitPrice,CustomerID\n536365,Tea,1,2011-03-01 10:00:00,2,c1\n"
    )
    counts = import_files(importer("online-retail"), [Lines(str(file))], Mode(), log, IDENTITY, tmp_path)
    assert (counts.accepted, counts.refused) == (1, 0)
    assert [each.properties for each in touchpoints(log)] == ['{"description":"","unit_price":2.0}']


@pytest.mark.parametrize(
    ("line", "what", "remedy"),
    [
        pytest.param("1,好评,茶".encode()[:-1], "is cut inside its last letter", "Get the line anew", id="cut"),
        pytest.param("1,好评,茶".encode()[:-2], "byte 9 is not UTF-8", "the line is cut", id="or after its first byte"),
        pytest.param("1,café".encode("latin-1"), "byte 5 is not UTF-8", "Save the file as UTF-8", id="Latin-1"),
        pytest.param("1,好评,茶".encode("gbk"), "byte 2 is not UTF-8", "Save the file as UTF-8.", id="GBK"),
    ],
)  # fmt: skip
def test_a_line_that_is_cut_inside_a_letter_is_told_from_another_encoding(line: bytes, what: str, remedy: str) -> None:
    found = importer("reviews-zh").touchpoint(line, "f:1")
    assert isinstance(found, Fault)
    assert (found.reason, found.faults[0].what) == ("bad_encoding", what)
    assert remedy in found.faults[0].remedy


@pytest.mark.parametrize(
    ("name", "header", "says"),
    [
        pytest.param("reviews-zh", "cat,label", "no column review; there are cat, label", id="without the words"),
        pytest.param("cdnow", "id date cds dollars", "Its columns are customer_id, date, number_of_cds, dollar_value.",
                     id="CDNOW under other names"),
        pytest.param("cdnow", "customer_id;date;number_of_cds;dollar_value",
                     "stand between ';' instead of ' ': write commas", id="CDNOW with semicolons"),
        pytest.param("reviews-zh", "Review,REVIEW,cat", "no column review", id="twice, and neither as it is"),
    ],
)  # fmt: skip
def test_a_file_that_lacks_a_column_is_refused_whole(name: str, header: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "slice.csv"
    file.write_text(f"{header}\n")
    with pytest.raises(UnreadableInput, match=f":1: not {name}: ") as raised:
        import_files(importer(name), [Lines(str(file))], Mode(), memory(), IDENTITY, tmp_path)
    assert says in str(raised.value)


@pytest.mark.parametrize("nobody", ["NaN", "nan", "\\N", "nil", "<NA>", "NULL"])
@pytest.mark.parametrize(
    ("name", "line"),
    [
        pytest.param("cdnow", "{} 19970712 5 77.00", id="cdnow"),
        pytest.param("ecom-clickstream", "{},s,home,2024-03-13 10:21:14,m,e,c,l", id="the clickstream"),
        pytest.param("airline-tweets", "1,neutral,1,,0,Delta,0,hello,24-02-2015 08:55,,{}", id="tweets"),
        pytest.param("online-retail", "1,A1,Tea,1,2011-03-01 10:00:00,2,{},UK", id="the gift shop"),
    ],
)
def test_what_tables_write_for_want_of_a_customer_is_none(name: str, line: str, nobody: str) -> None:
    found = read(name, line.format(nobody))
    assert isinstance(found, Fault), found
    assert found.reason == "sentinel_identifier"


def test_blanks_around_a_customer_make_no_other() -> None:
    found = good("ecom-clickstream", " user_7 , s1 ,home,2024-03-13 10:21:14,m,e,c,l")
    assert (found.customer_id, found.session_id) == ("user_7", "s1")
    assert good("ecom-clickstream", "  ,s1,home,2024-03-13 10:21:14,m,e,c,l").customer_id is None


@pytest.mark.parametrize(
    ("name", "line", "field"),
    [
        pytest.param("ecom-clickstream", "{},s,home,2024-03-13 10:21:14,m,e,c,l", "user_id", id="a customer"),
        pytest.param("ecom-clickstream", "u,{},home,2024-03-13 10:21:14,m,e,c,l", "session_id", id="a session"),
        pytest.param("airline-tweets", "1,neutral,1,,0,Delta,0,hello,24-02-2015 08:55,,{}", "author",
                     id="an author, with the network before the name"),
    ],
)  # fmt: skip
def test_an_identifier_is_no_longer_than_the_contract_lets_it_be(name: str, line: str, field: str) -> None:
    before = len("twitter:") if field == "author" else 0
    good(name, line.format("x" * (LONGEST_ID - before)))
    found = read(name, line.format("x" * (LONGEST_ID - before + 1)))
    assert isinstance(found, Fault), found
    assert (found.reason, found.faults[0].field) == ("bad_value", field)


def test_a_tweet_without_a_count_of_shares_was_not_shared() -> None:
    found = good("airline-tweets", "5.7E+17,neutral,1,,0,Delta,,hello,24-02-2015 08:55,,47b4")
    assert properties(found)["shares"] == 0.0
